/** Studies: grids of models, data sets, methods, ratios and seeds, run trial by trial. */
package dev.espalier.bench.study;
