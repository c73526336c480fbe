/** Training on a device, beside the same on the CPU. */
package dev.espalier.bench.gpu;
