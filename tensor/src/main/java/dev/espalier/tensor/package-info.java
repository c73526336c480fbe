/** Tensors: dense storage, shapes, types, views and the operations on them. */
package dev.espalier.tensor;
