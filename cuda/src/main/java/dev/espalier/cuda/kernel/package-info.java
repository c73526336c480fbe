/** The shipped kernels, loaded on first use, and how they are launched. */
package dev.espalier.cuda.kernel;
