/** PTX as text turned into a model: modules, functions, variables, instructions. */
package dev.espalier.cuda.emulator.ptx;
