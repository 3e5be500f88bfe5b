using Sparseland.Errors;

namespace Sparseland.Space.Worlds.Families;

/// <summary>From where a family's scenes are looked at.</summary>
public enum CameraPlaces
{
    /// <summary>From all sides, below included: single objects.</summary>
    Sphere,

    /// <summary>From all sides above the ground.</summary>
    Hemisphere,

    /// <summary>From within.</summary>
    Inside,
}

/// <summary>Scenes that are made from a seed: equal seeds give equal scenes, and other seeds other ones.</summary>
public abstract class SceneFamily
{
    /// <summary>All families: scenes first, then single objects.</summary>
    public static IReadOnlyList<SceneFamily> All { get; } =
    [
        new ClutterFamily(), new CadFamily(), new BricksFamily(), new RoomFamily(),
        new ChairFamily(), new TableFamily(), new LampFamily(), new MugFamily(), new CarFamily(), new HouseFamily(), new RocketFamily(), new CsgFamily(),
    ];

    /// <summary>What is typed.</summary>
    public abstract string Name { get; }

    /// <summary>What is in it, in a few words.</summary>
    public abstract string Summary { get; }

    /// <summary>From where it is looked at.</summary>
    public virtual CameraPlaces Cameras => CameraPlaces.Hemisphere;

    /// <summary>The family of a name.</summary>
    /// <exception cref="InvalidSettingException">There is none; the message lists them.</exception>
    public static SceneFamily Get(string name) => All.FirstOrDefault(family => family.Name == name)
        ?? throw new InvalidSettingException($"no family of scenes is called '{name}'{Suggestion.For(name, All.Select(family => family.Name))}; there are {string.Join(", ", All.Select(family => family.Name))}");

    /// <summary>A scene of a family.</summary>
    /// <param name="family">The family's name.</param>
    /// <param name="seed">Which scene.</param>
    /// <exception cref="InvalidSettingException">There is no such family.</exception>
    public static Scene Generate(string family, ulong seed) => Get(family).Generate(seed);

    /// <summary>A scene.</summary>
    /// <param name="seed">Which one.</param>
    public abstract Scene Generate(ulong seed);
}
