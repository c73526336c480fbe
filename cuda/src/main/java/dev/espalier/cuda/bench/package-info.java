/**
 * Measures the kernels on a device: {@code gpu bench} on the command line.
 *
 * <p>It lives in this module because no other one sees the kernels, the driver's events and
 * NVIDIA's libraries; others find it at run time as the tool {@code cuda-bench} among the services
 * of {@link java.util.spi.ToolProvider}, so that no arrow between modules turns round.
 */
package dev.espalier.cuda.bench;
