/** What the survivors start from. */
package dev.espalier.prune.tune;
