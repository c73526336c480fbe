/** Neural-network modules and what trains them. */
package dev.espalier.nn;
