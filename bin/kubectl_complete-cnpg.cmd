@rem kubectl runs a program of this name to complete the words after `kubectl cnpg` (kubectl 1.26 or newer).
@"%~dp0kubectl-cnpg.exe" __complete %*
