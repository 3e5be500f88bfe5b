namespace Sparseland.Trees.Omnitrees;

/// <summary>A fit at some number of boxes on its way.</summary>
/// <param name="Boxes">Boxes of the tree.</param>
/// <param name="Nodes">Nodes of the tree, boxes included.</param>
/// <param name="Bits">Bits of the tree and of the occupancies.</param>
/// <param name="Error">The share of random points at which fit and body differ; NaN when it was not measured.</param>
/// <param name="StructureRatio">The share of ones among the tree's bits.</param>
/// <param name="OccupancyRatio">The share of full boxes.</param>
/// <param name="InformationDensity">Bits of information for each bit stored.</param>
public sealed record ShapeFitStep(int Boxes, int Nodes, long Bits, double Error, double StructureRatio, double OccupancyRatio, double InformationDensity);
