/** The driver over JCuda, and NVIDIA's libraries where they are: the only code that needs a GPU. */
package dev.espalier.cuda.jcuda;
