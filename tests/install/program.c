/* program.c - the smallest program on top of an installed liblanyard. */
#include <lanyard.h>
#include <stdio.h>

int main(void)
{
    printf("%s\n", lanyard_version());
    return 0;
}
