namespace Sparseland.Space.Worlds.Streets;

/// <summary>What a surface of a street world belongs to. Up to <see cref="Cyclist"/> they are actors with labels, the others scenery.</summary>
public enum StreetClass
{
    /// <summary>Nothing was hit.</summary>
    None,

    /// <summary>A passenger car.</summary>
    Car,

    /// <summary>A van.</summary>
    Van,

    /// <summary>A kiosk: shaped like a van, painted and echoing differently, so that only both sensors together tell them apart.</summary>
    Kiosk,

    /// <summary>A lorry.</summary>
    Truck,

    /// <summary>Somebody on foot.</summary>
    Pedestrian,

    /// <summary>Somebody on a bicycle.</summary>
    Cyclist,

    /// <summary>The ground, kerbs and pavements included.</summary>
    Ground,

    /// <summary>A house or an inner wall.</summary>
    Building,

    /// <summary>A tree or bush.</summary>
    Vegetation,

    /// <summary>A pole or sign.</summary>
    Pole,

    /// <summary>A barrier.</summary>
    Barrier,

    /// <summary>Furniture of a room.</summary>
    Furniture,
}
