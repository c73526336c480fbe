/**
 * What every backend must do, as tests that run on any {@link dev.espalier.tensor.spi.Backend}: a
 * module that has one extends {@link dev.espalier.tensor.contract.BackendContract} by a class of
 * one line. Uses the exported packages of the tensor module only.
 */
package dev.espalier.tensor.contract;
