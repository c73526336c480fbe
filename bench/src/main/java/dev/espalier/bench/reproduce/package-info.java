/** Experiments that check single figures of the pruning literature, each beside its limit. */
package dev.espalier.bench.reproduce;
