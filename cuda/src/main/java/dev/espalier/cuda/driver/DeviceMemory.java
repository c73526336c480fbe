package dev.espalier.cuda.driver;

/**
 * A device's memory at one moment.
 *
 * @param freeBytes what an allocation may still take, all programs together
 * @param totalBytes what there is
 */
public record DeviceMemory(long freeBytes, long totalBytes) {}
