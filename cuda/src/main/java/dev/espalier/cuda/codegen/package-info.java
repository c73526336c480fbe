/** Kernels written for one frozen weight each, with its pattern and values in the instructions. */
package dev.espalier.cuda.codegen;
