/* Compiled, never run: something with code, data, names and a relocation. */
int cwasm_test_seen;
extern int cwasm_test_elsewhere(int);

int cwasm_test_function(int argument) {
  cwasm_test_seen += 1;
  return cwasm_test_elsewhere(argument) + cwasm_test_seen;
}
