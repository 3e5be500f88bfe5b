using System.Numerics;
using Sparseland.Space.Images;
using Sparseland.Space.Views;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>What the path tracer gives for a camera.</summary>
/// <param name="View">The picture with opacity, depth along the ray, instance numbers and normals.</param>
/// <param name="AxialDepth">Depth along the optical axis at the pixel's centre, in metres; infinity where nothing is.</param>
/// <param name="Albedo">The surface's own colour at the pixel's centre, linear; zero where nothing is.</param>
/// <param name="PathVertices">Points at which paths met a surface.</param>
public sealed record RenderedView(PosedView View, Image<float> AxialDepth, Image<Vector3> Albedo, long PathVertices);
