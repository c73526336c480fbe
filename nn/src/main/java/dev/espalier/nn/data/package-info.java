/**
 * Image data sets: readers of the published files, the generated default set, augmentation, and the
 * loader that makes batches of tensors. Start at {@link dev.espalier.nn.data.Datasets} and {@link
 * dev.espalier.nn.data.DataLoader}.
 */
package dev.espalier.nn.data;
