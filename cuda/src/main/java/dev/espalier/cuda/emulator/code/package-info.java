/** PTX functions decoded into operations on whole warps, their control flow, and what runs them. */
package dev.espalier.cuda.emulator.code;
