/** How much of each layer stays. */
package dev.espalier.prune.budget;
