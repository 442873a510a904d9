import Adjoint

print("Adjoint can be imported.")
