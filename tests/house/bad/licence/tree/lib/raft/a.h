/* SPDX-License-Identifier: MIT
 *
 * no sentence
 */
