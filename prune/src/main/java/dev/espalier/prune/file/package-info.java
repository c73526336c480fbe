/** Pruned models as files: compact storage, and PyTorch's pairs of original weight and mask. */
package dev.espalier.prune.file;
