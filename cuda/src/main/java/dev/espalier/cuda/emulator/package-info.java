/**
 * A GPU in software: a driver that executes the very PTX that ships, checks every access of every
 * thread and counts what a profiler would.
 */
package dev.espalier.cuda.emulator;
