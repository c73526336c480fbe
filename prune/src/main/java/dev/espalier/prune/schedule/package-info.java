/** How much is pruned when. */
package dev.espalier.prune.schedule;
