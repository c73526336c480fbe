/**
 * The kernels that are measured, each case defined once: its name, its operands, what it must
 * compute, and how much work that is. JMH classes, the command line and the tests all start here.
 */
package dev.espalier.bench.kernel;
