/** Operations on sparse patterns that the backend's interface does not have. */
package dev.espalier.cuda.sparse;
