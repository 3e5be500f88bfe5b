using System.Numerics;

namespace Sparseland.Space.Worlds.Lights;

/// <summary>A piece of light that was drawn.</summary>
/// <param name="Point">Where it is; for the sky a direction of length one.</param>
/// <param name="Normal">Where it shines to; zero for the sky.</param>
/// <param name="Radiance">How much.</param>
/// <param name="Density">The density of the choice: by area for surfaces, by solid angle for the sky.</param>
internal readonly record struct LightSample(Vector3 Point, Vector3 Normal, Vector3 Radiance, float Density);
