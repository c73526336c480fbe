/** Automatic differentiation over tensors. */
package dev.espalier.autograd;
