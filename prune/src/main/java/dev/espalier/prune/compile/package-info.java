/** Immutable inference objects with sparse kernels. */
package dev.espalier.prune.compile;
