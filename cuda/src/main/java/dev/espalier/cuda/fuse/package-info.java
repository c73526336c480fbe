/** Kernels written for one form of chain each: its maps one after the other, in registers. */
package dev.espalier.cuda.fuse;
