/** Modules, parameters and the model summary. */
package dev.espalier.nn;
