/** The GPU backend as the rest of Espalier finds it: a service. */
package dev.espalier.cuda;
