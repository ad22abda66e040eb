/* file.h - a configuration file: "name = value" a line, "#" comments, quotes where wanted. */
#ifndef SERVER_CONFIG_FILE_H
#define SERVER_CONFIG_FILE_H

#include "config/config.h"

#define CONFIG_FILE_MAX 65536

/* Sets what the file says. E_CONFIG: path:line: what is wrong; a name twice is. */
SRV_CHECK srv_status config_file_read(const char *path, srv_config *config, srv_error *error);
/* The same of a text; path is for messages. */
SRV_CHECK srv_status config_file_parse(const char *path, lanyard_str text, srv_config *config,
                                       srv_error *error);

#endif
