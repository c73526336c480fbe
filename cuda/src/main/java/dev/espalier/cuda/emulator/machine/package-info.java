/** The state of the emulated device: memories, warps and what is checked on each access. */
package dev.espalier.cuda.emulator.machine;
