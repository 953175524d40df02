/* SPDX-License-Identifier: MIT */
/* strcpy( in a comment is no call. */
static void copy(char *to, const char *from)
{
    strcpy(to, from);
    puts("sleep(1)");
    if (fork() == 0)
        usleep(1);
}
/* TODO: later. */
