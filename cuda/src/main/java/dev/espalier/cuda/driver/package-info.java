/** The narrow interface through which the GPU backend reaches a device, real or emulated. */
package dev.espalier.cuda.driver;
