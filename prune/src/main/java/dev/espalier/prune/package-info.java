/** Pruning: which weights go, when, and how the rest recovers. */
package dev.espalier.prune;
