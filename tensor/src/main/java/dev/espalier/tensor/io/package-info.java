/**
 * File formats of tensors: NPY, NPZ and safetensors, and the atomic writing and JSON they stand on.
 *
 * <p>Files are hostile until validated: every size is checked against the bytes that are really
 * there before anything is allocated for it. A file that breaks a rule gives a {@link
 * dev.espalier.tensor.io.TensorFileException} naming file, byte offset, field, rule and value; a
 * file that cannot be opened, read or written gives an {@link java.io.UncheckedIOException}.
 *
 * <p>{@link dev.espalier.tensor.io.UserCache} is where files lie that can be made again.
 */
package dev.espalier.tensor.io;
