// Sharing a place, without a map: nobody else is asked for one.

import { element, openSheet } from "../components/dom.js";

const PLACES = [
  { name: "Kigali Heights", latitude: -1.9536, longitude: 30.0928 },
  { name: "Kimironko Market", latitude: -1.9497, longitude: 30.1263 },
  { name: "Puerta del Sol, Madrid", latitude: 40.4169, longitude: -3.7035 },
  { name: "Gare de Lyon, Paris", latitude: 48.8443, longitude: 2.3744 },
];

/** Open the sheet, and call `share` with the place that is chosen. */
export function openPlaces(share) {
  openSheet("Share a place", (dialog) => {
    const choose = (place) => {
      dialog.close();
      share(place);
    };
    const submit = (event) => {
      event.preventDefault();
      const { name, latitude, longitude } = Object.fromEntries(new FormData(event.target));
      const named = name.trim() ? { name: name.trim() } : {};
      choose({ ...named, latitude: Number(latitude), longitude: Number(longitude) });
    };
    const degrees = (name, most) =>
      element("input", { name, type: "number", step: "any", min: `-${most}`, max: `${most}`, required: true });
    return [
      element(
        "div",
        { class: "rows" },
        ...PLACES.map((place) =>
          element(
            "button",
            { type: "button", class: "row", onclick: () => choose(place) },
            element("strong", {}, place.name),
            element("span", {}, `${place.latitude}, ${place.longitude}`),
          ),
        ),
      ),
      element(
        "form",
        { onsubmit: submit },
        element("label", {}, "Name", element("input", { name: "name", autocomplete: "off" })),
        element("label", {}, "Latitude", degrees("latitude", 90)),
        element("label", {}, "Longitude", degrees("longitude", 180)),
        element("button", { class: "primary" }, "Share"),
      ),
    ];
  });
}
