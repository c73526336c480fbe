/**
 * Measures the kernels on a device: {@code gpu bench} and {@code gpu tune} on the command line.
 *
 * <p>It lives in this module because no other one sees the kernels, the driver's events and
 * NVIDIA's libraries; others find it at run time as the tools {@code cuda-bench} and {@code
 * cuda-tune} among the services of {@link java.util.spi.ToolProvider}, so that no arrow between
 * modules turns round.
 */
package dev.espalier.cuda.bench;
