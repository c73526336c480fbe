/** NVIDIA's libraries of products, behind interfaces: without them our own kernels do the work. */
package dev.espalier.cuda.library;
