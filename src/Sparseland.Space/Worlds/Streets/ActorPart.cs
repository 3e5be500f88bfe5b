using System.Numerics;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>A part of an actor, in the actor's axes (x forward, y left, z up, origin on the ground below its middle); legs swing about a hinge along y.</summary>
/// <param name="Body">The shape in place.</param>
/// <param name="HingeHeight">Height of the hinge above the origin, in metres.</param>
/// <param name="Swing">Largest angle in radians, with sign; 0 for what does not swing.</param>
internal readonly record struct ActorPart(Instance Body, float HingeHeight = 0, float Swing = 0)
{
    /// <summary>The box around all places that it swings through.</summary>
    public Box3 SweptBounds
    {
        get
        {
            if (Swing == 0)
                return SurfaceBounds.Of(Body.Shape, Body.Transform);
            var box = Box3.Empty;
            for (var i = -8; i <= 8; i++)
                box = box.Including(SurfaceBounds.Of(Body.Shape, Body.Transform * About(Swing * i / 8)));
            return box;
        }
    }

    // Turns about the hinge, as row vectors.
    private Matrix4x4 About(float angle) =>
        Matrix4x4.CreateTranslation(0, 0, -HingeHeight) * Matrix4x4.CreateRotationY(angle) * Matrix4x4.CreateTranslation(0, 0, HingeHeight);
}
