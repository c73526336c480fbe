/** Models by name. */
package dev.espalier.nn.zoo;
