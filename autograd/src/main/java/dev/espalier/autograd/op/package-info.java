/** The differentiable operations, one per file. */
package dev.espalier.autograd.op;
