using System.Numerics;
using Sparseland.Space.Worlds.Lights;

namespace Sparseland.Space.Worlds.Families;

/// <summary>A single object without ground, in the cube of side 1 around the origin by its longest side, in soft light from all around and a broad sun.</summary>
public abstract class ObjectFamily : SceneFamily
{
    /// <inheritdoc/>
    public override CameraPlaces Cameras => CameraPlaces.Sphere;

    /// <inheritdoc/>
    public sealed override Scene Generate(ulong seed)
    {
        var draft = new SceneDraft(seed, Name);
        draft.Begin(Name);
        Build(draft);
        var sky = new Sky { Zenith = new(1.0f), Horizon = new(0.8f), Ground = new(0.5f), SunDirection = new(0.4f, -0.5f, 1), SunAngle = 0.4f, SunRadiance = new(9) };
        return new($"{Name} {seed}", draft.Normalised(), sky);
    }

    /// <summary>Adds the object's parts, in metres of its own.</summary>
    private protected abstract void Build(SceneDraft draft);
}
