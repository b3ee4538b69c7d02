namespace Filecoin.Proving.Labels;

/// <summary>How far labelling is.</summary>
/// <param name="Layer">The layer at work, from 1.</param>
/// <param name="Layers">Layers in all.</param>
/// <param name="Done">Nodes labelled in all layers, those of layers kept from an earlier run among them.</param>
/// <param name="Total">Nodes of all layers.</param>
public readonly record struct SdrProgress(int Layer, int Layers, long Done, long Total);
