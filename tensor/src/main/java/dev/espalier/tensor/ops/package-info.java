/**
 * Checked operations over dense tensors; each allocates its result and runs on its operands'
 * device.
 */
package dev.espalier.tensor.ops;
