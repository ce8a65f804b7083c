"""What can one neuron not learn? One straight border against a hidden layer, Novikoff and Cover."""
