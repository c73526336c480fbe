/** Dense tensors, their memory, shapes, types, devices and random numbers. */
package dev.espalier.tensor;
